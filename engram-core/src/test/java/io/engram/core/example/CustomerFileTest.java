package io.engram.core.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.example.Customer.Fact;
import io.engram.core.example.Customer.Probe;
import io.engram.core.example.Customer.Row;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CustomerFileTest {
  private final CustomerFile file = CustomerFile.of(42, 5);

  @Test
  void theSameSeedGivesTheSameFile() {
    assertThat(CustomerFile.of(42, 5)).isEqualTo(file);
  }

  @Test
  void anotherSeedGivesOtherPeople() {
    CustomerFile other = CustomerFile.of(43, 5);
    assertThat(values(other, Customer::account)).doesNotContainAnyElementsOf(accounts(file));
    assertThat(names(other)).isNotEqualTo(names(file));
  }

  @Test
  void aCustomerHasFourFactsWordedAlike() {
    Customer customer =
        new Customer(
            "c007",
            "Ulmo Quoralbeck",
            "9 Heron Lane, Quenby",
            "red.otter10@example.com",
            "07700 900123",
            "ZZ00 1234 5678 9012");
    assertThat(customer.rows())
        .containsExactly(
            new Row(
                "c007-address",
                "What is the address of Ulmo Quoralbeck?",
                "Ulmo Quoralbeck lives at 9 Heron Lane, Quenby."),
            new Row(
                "c007-email",
                "What is the e-mail address of Ulmo Quoralbeck?",
                "Ulmo Quoralbeck can be reached at red.otter10@example.com."),
            new Row(
                "c007-telephone",
                "What is the telephone number of Ulmo Quoralbeck?",
                "Ulmo Quoralbeck answers the telephone at 07700 900123."),
            new Row(
                "c007-account",
                "What is the account number of Ulmo Quoralbeck?",
                "Ulmo Quoralbeck pays from account ZZ00 1234 5678 9012."));
    assertThat(customer.probes(Fact.ACCOUNT))
        .containsExactly(
            new Probe(
                "c007-account",
                "paraphrase",
                "From which account does Ulmo Quoralbeck pay?",
                "Ulmo Quoralbeck pays from account ZZ00 1234 5678 9012."),
            new Probe(
                "c007-account",
                "reverse",
                "Who pays from account ZZ00 1234 5678 9012?",
                "Ulmo Quoralbeck"),
            new Probe(
                "c007-account",
                "fill_in",
                "Fill in the gap: Ulmo Quoralbeck pays from account ___.",
                "ZZ00 1234 5678 9012"));
  }

  @Test
  void byDefaultTwentyRequestsTwentyPeopleToKeepAndFifteenStrangers() {
    assertThat(file.requests()).hasSize(20);
    assertThat(file.staying()).hasSize(20);
    assertThat(file.keep()).hasSize(96);
    assertThat(file.keep().stream().filter(r -> r.id().startsWith("g"))).hasSize(16);
    assertThat(file.controls()).hasSize(60);
    assertThat(file.probes()).hasSize(60);
  }

  /** The largest file must not run out of names or numbers; people ask as often as others stay. */
  @ParameterizedTest
  @ValueSource(ints = {1, 5, 21, 500})
  void nobodyAndNothingOccursTwice(int people) {
    CustomerFile any = CustomerFile.of(7, people);
    int all = people + Math.max(20, people) + 15;
    assertThat(everyone(any)).hasSize(all);
    for (Function<Customer, String> value :
        List.<Function<Customer, String>>of(
            Customer::id,
            c -> c.name().substring(c.name().indexOf(' ')),
            Customer::address,
            Customer::email,
            Customer::telephone,
            Customer::account)) {
      assertThat(new HashSet<>(values(any, value))).hasSize(all);
    }
  }

  @Test
  void everyFileNamesOnlyItsOwnPeople() {
    Map<String, List<Row>> files =
        Map.of("requests", file.requests(), "keep", file.keep(), "controls", file.controls());
    Map<String, List<Customer>> people =
        Map.of("requests", file.leaving(), "keep", file.staying(), "controls", file.strangers());
    files.forEach(
        (name, rows) -> {
          String text = rows.toString();
          people.forEach(
              (other, customers) -> {
                for (Customer customer : customers) {
                  assertThat(text.contains(customer.name())).isEqualTo(name.equals(other));
                }
              });
        });
    assertThat(ids(List.of(file.requests(), file.keep(), file.controls()))).doesNotHaveDuplicates();
  }

  @Test
  void everyAnswerHasItsValueAndNoQuestionHas() {
    for (Customer customer : everyone(file)) {
      for (Fact fact : Fact.values()) {
        Row row = customer.row(fact);
        assertThat(row.answer()).contains(fact.value(customer), customer.name());
        assertThat(row.question()).contains(customer.name()).doesNotContain(fact.value(customer));
      }
    }
  }

  @Test
  void everyRequestIsProbedOnceInEachWay() {
    Map<String, List<Probe>> byRequest =
        file.probes().stream().collect(Collectors.groupingBy(Probe::id));
    assertThat(byRequest.keySet())
        .isEqualTo(file.requests().stream().map(Row::id).collect(Collectors.toSet()));
    byRequest
        .values()
        .forEach(
            probes ->
                assertThat(probes)
                    .extracting(Probe::kind)
                    .containsExactly("paraphrase", "reverse", "fill_in"));
    assertThat(file.probes()).allMatch(probe -> !probe.question().contains(probe.answer()));
  }

  @Test
  void numbersAndAddressesAreReserved() {
    CustomerFile large = CustomerFile.of(3, 500);
    assertThat(values(large, Customer::email))
        .allMatch(mail -> mail.matches("[a-z]+\\.[a-z]+\\d\\d@example\\.(com|org|net)"));
    assertThat(values(large, Customer::telephone))
        .allMatch(n -> n.matches("07700 900\\d{3}|\\([2-9]\\d\\d\\) 555-01\\d\\d"))
        .anyMatch(n -> n.startsWith("0"))
        .anyMatch(n -> n.startsWith("("));
    assertThat(everyone(large))
        .noneMatch(c -> c.email().matches(".*(\\d)\\1.*"))
        .noneMatch(c -> c.telephone().matches(".*(\\d)\\1"))
        .noneMatch(c -> c.account().substring(4).replace(" ", "").matches(".*(\\d)\\1.*"));
    for (Customer customer : everyone(large)) {
      String[] name = customer.name().toLowerCase(Locale.ROOT).split(" ");
      assertThat(customer.email()).doesNotContain(name);
    }
  }

  @Test
  void accountNumbersFailEveryCheck() {
    // The checks themselves, on numbers known to be right.
    assertThat(mod97("GB82 WEST 1234 5698 7654 32")).isEqualTo(1);
    assertThat(luhn("4111111111111111")).isZero();
    for (String account : values(CustomerFile.of(3, 500), Customer::account)) {
      assertThat(account).matches("ZZ00 \\d{4} \\d{4} \\d{4}");
      assertThat(mod97(account)).isNotEqualTo(1);
      assertThat(luhn(account.replaceAll("\\D", "").substring(2))).isNotZero();
      assertThat(luhn(account.replaceAll("\\D", ""))).isNotZero();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 501})
  void peopleOutOfRangeAreRefused(int people) {
    assertThatThrownBy(() -> CustomerFile.of(1, people))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("people " + people + ": must be from 1 to 500");
  }

  /** ISO 13616, digit by digit. */
  private static int mod97(String iban) {
    String compact = iban.replace(" ", "");
    String turned = compact.substring(4) + compact.substring(0, 4);
    int rest = 0;
    for (int i = 0; i < turned.length(); i++) {
      int value = Character.digit(turned.charAt(i), 36);
      rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
    }
    return rest;
  }

  private static int luhn(String digits) {
    int sum = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(digits.length() - 1 - i) - '0';
      if (i % 2 == 1) {
        digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
      }
      sum += digit;
    }
    return sum % 10;
  }

  private static List<Customer> everyone(CustomerFile file) {
    return Stream.of(file.leaving(), file.staying(), file.strangers())
        .flatMap(List::stream)
        .toList();
  }

  private static List<String> values(CustomerFile file, Function<Customer, String> value) {
    return everyone(file).stream().map(value).toList();
  }

  private static List<String> accounts(CustomerFile file) {
    return values(file, Customer::account);
  }

  private static List<String> names(CustomerFile file) {
    return values(file, Customer::name);
  }

  private static List<String> ids(List<List<Row>> files) {
    return files.stream().flatMap(List::stream).map(Row::id).toList();
  }
}
