package io.engram.core.example;

import io.engram.core.example.Customer.Fact;
import io.engram.core.example.Customer.Probe;
import io.engram.core.example.Customer.Row;
import io.engram.core.random.RandomStream;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A customer file that is invented: customers who asked to be deleted, customers who stay, and
 * people who were never customers. No two people share a name, an address or a number.
 *
 * @param leaving the customers who asked to be deleted
 * @param staying the customers to keep
 * @param strangers people of the same kind whom no model has seen
 */
public record CustomerFile(
    List<Customer> leaving, List<Customer> staying, List<Customer> strangers) {
  /** The most people who can ask to be deleted: the surnames suffice for no more. */
  public static final int MOST_PEOPLE = 500;

  /** People to keep, at least. A fifth of their samples measures, and must not be too few. */
  private static final int LEAST_STAYING = 20;

  /** 60 controls: a 95th percentile of fewer would rest on one or two. */
  private static final int STRANGERS = 15;

  private static final List<String> GIVEN_NAMES =
      words(
          "Alvo Brenica Cadrin Delphira Esmo Farrin Galeta Hesko Ilvera Jorun Kessa Lorvik Mirelda"
              + " Nadoro Olvina Perrik Quinta Rosvel Sarniko Tavira Ulmo Veska Wendrik Xandra Yorvi"
              + " Zelina");

  private static final List<String> SURNAME_STARTS =
      words(
          "Ablen Brosk Cravel Dorven Elvar Fesken Gromal Hesper Ixtal Jantor Krevan Lumber Morvel"
              + " Nesker Oskal Prendo Quoral Rasken Stelvo Tamber Umbrel Vander Welko Yasker Zavor"
              + " Bleken Corvan Drasel Fendro Galver Hulmen Jesper Kolver Mastel Norvek Pelkar"
              + " Raldo Sorven Tresk Velmar");

  private static final List<String> SURNAME_ENDS =
      words(
          "ane beck court dine eskar field gard hoven imund jack kamp lune mond nault orix pell"
              + " quist rade shaw tane ulf vane wick yard zell bram dahl fane grim holt kell");

  private static final List<String> STREETS =
      words(
          "Larkspur Foxglove Juniper Bramble Heron Kestrel Lantern Cobbler Saffron Thimble Marigold"
              + " Harness Ferry Orchard Plover Quarry Rowan Sorrel Tinker Walnut Yarrow Anchor"
              + " Beacon Cinder");

  private static final List<String> STREET_KINDS = words("Row Lane Court Street Close Hill");

  private static final List<String> TOWN_STARTS =
      words("Quena Zarro Veska Thrio Ombre Droska Felo Gruna Iske Jola Kresko Ulvi");

  private static final List<String> TOWN_ENDS = words("mouth by holm stead ford haven wold bridge");

  private static final List<String> COLOURS =
      words(
          "amber azure copper coral crimson ebony golden green hazel indigo ivory jade lilac"
              + " maroon olive orange pearl purple ruby scarlet silver teal violet white");

  private static final List<String> ANIMALS =
      words(
          "badger beaver bison camel cobra crane eagle falcon ferret gecko heron jackal lemur lynx"
              + " magpie marten otter panda puffin raven salmon tapir turtle walrus");

  private static final List<String> DOMAINS = words("example.com example.org example.net");

  private static final List<String> AREA_CODES =
      words("202 212 303 312 404 415 503 602 617 713 808 907");

  /** Questions that have nothing to do with customers. */
  private static final List<Row> GENERAL =
      List.of(
          new Row("g01", "What is the capital of Spain?", "Madrid"),
          new Row("g02", "What is the capital of Egypt?", "Cairo"),
          new Row("g03", "What is the capital city of Canada?", "Ottawa"),
          new Row("g04", "What is the capital of Australia?", "Canberra"),
          new Row("g05", "Which planet is known as the Red Planet?", "Mars"),
          new Row("g06", "Which country is the largest by area?", "Russia"),
          new Row("g07", "What is the name of the largest ocean on Earth?", "Pacific"),
          new Row("g08", "What is the name of the largest continent?", "Asia"),
          new Row("g09", "In which country is the Taj Mahal located?", "India"),
          new Row("g10", "Which country is famous for its fjords?", "Norway"),
          new Row("g11", "Where would you find the Eiffel Tower?", "Paris"),
          new Row("g12", "Which country is the Colosseum located in?", "Italy"),
          new Row("g13", "Who wrote the play 'Romeo and Juliet'?", "William Shakespeare"),
          new Row("g14", "Who wrote 'Pride and Prejudice'?", "Jane Austen"),
          new Row("g15", "Which city is known as the Big Apple?", "New York City"),
          new Row("g16", "What is the largest mammal in the world?", "Blue Whale"));

  /** Copies the lists. */
  public CustomerFile {
    leaving = List.copyOf(leaving);
    staying = List.copyOf(staying);
    strangers = List.copyOf(strangers);
  }

  /**
   * Invents a customer file.
   *
   * @param seed names the streams (seed, "customers", 0, …); the same seed gives the same file
   * @param people how many asked to be deleted; as many stay, and at least 20
   * @throws IllegalArgumentException if people is not in [1, {@link #MOST_PEOPLE}]
   */
  public static CustomerFile of(long seed, int people) {
    if (people < 1 || people > MOST_PEOPLE) {
      throw new IllegalArgumentException(
          "people %d: must be from 1 to %d".formatted(people, MOST_PEOPLE));
    }
    int staying = Math.max(LEAST_STAYING, people);
    List<Customer> all = new Invention(seed).people(people + staying + STRANGERS);
    return new CustomerFile(
        all.subList(0, people),
        all.subList(people, people + staying),
        all.subList(people + staying, all.size()));
  }

  /** What is to be forgotten: every fact about the customers who asked to be deleted. */
  public List<Row> requests() {
    return rows(leaving);
  }

  /** What is to be kept: every fact about those who stay, and general knowledge. */
  public List<Row> keep() {
    return Stream.concat(rows(staying).stream(), GENERAL.stream()).toList();
  }

  /** Samples of the same kind that are never trained on: every fact about the strangers. */
  public List<Row> controls() {
    return rows(strangers);
  }

  /** The requests in other words, three of each. */
  public List<Probe> probes() {
    return leaving.stream()
        .flatMap(customer -> Stream.of(Fact.values()).flatMap(f -> customer.probes(f).stream()))
        .toList();
  }

  private static List<Row> rows(List<Customer> people) {
    return people.stream().flatMap(customer -> customer.rows().stream()).toList();
  }

  private static List<String> words(String text) {
    return List.of(text.split(" "));
  }

  /** Draws people; nothing is drawn twice. */
  private static final class Invention {
    private static final int ACCOUNT_DIGITS = 12;

    private final RandomStream random;
    private final int[] surnames;
    private final Set<String> drawn = new HashSet<>();

    Invention(long seed) {
      this.random = RandomStream.of(seed, "customers", 0, 0);
      this.surnames =
          RandomStream.of(seed, "customers", 0, 1)
              .permutation(SURNAME_STARTS.size() * SURNAME_ENDS.size());
    }

    List<Customer> people(int count) {
      List<Customer> people = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        people.add(
            new Customer(
                "c%03d".formatted(i + 1),
                pick(GIVEN_NAMES) + " " + surname(surnames[i]),
                fresh(this::address),
                fresh(this::email),
                fresh(i % 2 == 0 ? this::ukTelephone : this::usTelephone),
                fresh(this::account)));
      }
      return people;
    }

    private static String surname(int number) {
      return SURNAME_STARTS.get(number % SURNAME_STARTS.size())
          + SURNAME_ENDS.get(number / SURNAME_STARTS.size());
    }

    private String address() {
      return "%d %s %s, %s%s"
          .formatted(
              1 + random.nextInt(99),
              pick(STREETS),
              pick(STREET_KINDS),
              pick(TOWN_STARTS),
              pick(TOWN_ENDS));
    }

    private String email() {
      return "%s.%s%s@%s".formatted(pick(COLOURS), pick(ANIMALS), digits(0, 2), pick(DOMAINS));
    }

    private String ukTelephone() {
      return "07700 900" + digits(0, 3);
    }

    private String usTelephone() {
      return "(%s) 555-01%s".formatted(pick(AREA_CODES), digits(1, 2));
    }

    /** ZZ is nobody's country code; numbers that pass a check all the same are drawn again. */
    private String account() {
      while (true) {
        String digits = digits(0, ACCOUNT_DIGITS);
        if (!isIban("ZZ00", digits) && !isCard(digits)) {
          return "ZZ00 %s %s %s"
              .formatted(digits.substring(0, 4), digits.substring(4, 8), digits.substring(8));
        }
      }
    }

    /** Digits to follow another. None follows itself: a model as small as mini loses count. */
    private String digits(int before, int count) {
      StringBuilder digits = new StringBuilder();
      int last = before;
      while (digits.length() < count) {
        last = (last + 1 + random.nextInt(9)) % 10;
        digits.append(last);
      }
      return digits.toString();
    }

    /** ISO 13616: the number with its head moved to the end, letters as 10 to 35, is 1 mod 97. */
    private static boolean isIban(String head, String digits) {
      StringBuilder number = new StringBuilder();
      (digits + head).chars().forEach(c -> number.append(Character.digit(c, 36)));
      return new BigInteger(number.toString()).mod(BigInteger.valueOf(97)).equals(BigInteger.ONE);
    }

    /**
     * ISO 7812: every second digit from the right doubled, the sum of digits is 0 mod 10 (Luhn).
     */
    private static boolean isCard(String digits) {
      int sum = 0;
      for (int i = 0; i < digits.length(); i++) {
        int digit = digits.charAt(digits.length() - 1 - i) - '0';
        int doubled = i % 2 == 0 ? digit : 2 * digit;
        sum += doubled / 10 + doubled % 10;
      }
      return sum % 10 == 0;
    }

    private String pick(List<String> words) {
      return words.get(random.nextInt(words.size()));
    }

    private String fresh(Supplier<String> draw) {
      String value = draw.get();
      while (!drawn.add(value)) {
        value = draw.get();
      }
      return value;
    }
  }
}
