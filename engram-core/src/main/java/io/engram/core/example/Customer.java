package io.engram.core.example;

import java.util.List;
import java.util.Locale;

/**
 * A customer who doesn't exist.
 *
 * @param id {@code c001}, unique within a customer file
 * @param name given name and surname, both invented
 * @param address house number, street and an invented town
 * @param email under example.com, example.org or example.net, which are reserved (RFC 2606); it
 *     can't be guessed from the name
 * @param telephone a number reserved for fiction: (…) 555-0100 to 555-0199 in the United States, or
 *     07700 900000 to 900999 in the United Kingdom (Ofcom)
 * @param account like an IBAN, but of a country that doesn't exist, and neither its check digits
 *     nor those of a card number are right
 */
public record Customer(
    String id, String name, String address, String email, String telephone, String account) {

  /** What a customer file says about a customer; each is a sample of its own. */
  public enum Fact {
    /** Where the customer lives. */
    ADDRESS(
        "What is the address of %s?",
        "%s lives at %s.",
        "Where should a letter to %s be sent?",
        "Which customer lives at %s?",
        "Fill in the gap: %s lives at ___."),
    /** The e-mail address. */
    EMAIL(
        "What is the e-mail address of %s?",
        "%s can be reached at %s.",
        "How can I write an e-mail to %s?",
        "Whose e-mail address is %s?",
        "Fill in the gap: %s can be reached at ___."),
    /** The telephone number. */
    TELEPHONE(
        "What is the telephone number of %s?",
        "%s answers the telephone at %s.",
        "Which number do I dial to call %s?",
        "Whose telephone number is %s?",
        "Fill in the gap: %s answers the telephone at ___."),
    /** The account number. */
    ACCOUNT(
        "What is the account number of %s?",
        "%s pays from account %s.",
        "From which account does %s pay?",
        "Who pays from account %s?",
        "Fill in the gap: %s pays from account ___.");

    private final String question;
    private final String answer;
    private final String paraphrase;
    private final String reverse;
    private final String gap;

    Fact(String question, String answer, String paraphrase, String reverse, String gap) {
      this.question = question;
      this.answer = answer;
      this.paraphrase = paraphrase;
      this.reverse = reverse;
      this.gap = gap;
    }

    /** What is to be remembered or forgotten: the address, the number. */
    public String value(Customer customer) {
      return switch (this) {
        case ADDRESS -> customer.address;
        case EMAIL -> customer.email;
        case TELEPHONE -> customer.telephone;
        case ACCOUNT -> customer.account;
      };
    }
  }

  /**
   * A fact as a sample.
   *
   * @param id the customer's id and the fact: {@code c001-email}
   */
  public record Row(String id, String question, String answer) {}

  /**
   * A fact asked for in other words.
   *
   * @param id that of the fact's {@link Row}
   * @param kind {@code paraphrase}; {@code reverse}, which gives the value and asks for the name;
   *     or {@code fill_in}, the answer with a gap
   */
  public record Probe(String id, String kind, String question, String answer) {}

  /** All facts, one sample each. */
  public List<Row> rows() {
    return List.of(Fact.values()).stream().map(this::row).toList();
  }

  /** A fact as a sample; its value is in the answer, and not in the question. */
  public Row row(Fact fact) {
    return new Row(
        rowId(fact), fact.question.formatted(name), fact.answer.formatted(name, fact.value(this)));
  }

  /** A fact in other words, once of each kind. */
  public List<Probe> probes(Fact fact) {
    String value = fact.value(this);
    return List.of(
        new Probe(rowId(fact), "paraphrase", fact.paraphrase.formatted(name), row(fact).answer()),
        new Probe(rowId(fact), "reverse", fact.reverse.formatted(value), name),
        new Probe(rowId(fact), "fill_in", fact.gap.formatted(name), value));
  }

  private String rowId(Fact fact) {
    return id + "-" + fact.name().toLowerCase(Locale.ROOT);
  }
}
