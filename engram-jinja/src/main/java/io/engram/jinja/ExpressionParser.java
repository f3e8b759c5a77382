package io.engram.jinja;

import io.engram.jinja.Program.Expression;
import io.engram.jinja.Values.Tuple;
import io.engram.jinja.Values.Undefined;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Parses expressions, from the loosest operator, {@code if … else}, to the tightest, {@code **}.
 */
final class ExpressionParser {
  private static final int DEPTH = 100;
  private static final Map<String, String> COMPARISONS =
      Map.of("==", "eq", "!=", "ne", "<", "lt", "<=", "le", ">", "gt", ">=", "ge");

  private final Token.Stream tokens;
  private final PrimaryParser primary;
  private int depth;

  ExpressionParser(Token.Stream tokens) {
    this.tokens = tokens;
    this.primary = new PrimaryParser(tokens, this);
  }

  /** One expression. */
  Expression expression() {
    return nested(this::conditional);
  }

  /** One expression, or several separated by commas, which make a tuple. */
  Expression tuple() {
    Expression first = expression();
    if (!tokens.peek().is(",")) {
      return first;
    }
    List<Expression> items = new ArrayList<>(List.of(first));
    while (tokens.accept(",")) {
      if (ends()) {
        break;
      }
      items.add(expression());
    }
    return Expression.counted(scope -> new Tuple(PrimaryParser.values(items, scope)));
  }

  /** One expression without {@code if … else}, as after {@code in}, where an if is the loop's. */
  Expression withoutCondition() {
    return nested(this::or);
  }

  /** The filters of a set block, applied to its text; may be none. */
  Expression filters(Expression text) {
    return primary.filters(text);
  }

  /** The filters of a filter block: at least one, the first without its bar. */
  Expression firstFilter(Expression text) {
    return primary.filters(primary.filter(text));
  }

  private boolean ends() {
    Token token = tokens.peek();
    return token.is(")")
        || token.is("]")
        || token.is("}")
        || token.kind() == Token.Kind.BLOCK_END
        || token.kind() == Token.Kind.VARIABLE_END;
  }

  private Expression nested(Supplier<Expression> parser) {
    if (++depth > DEPTH) {
      throw new JinjaException("an expression is nested too deeply", tokens.peek().line());
    }
    try {
      return parser.get();
    } finally {
      depth--;
    }
  }

  private Expression conditional() {
    Expression value = or();
    while (tokens.acceptName("if")) {
      Expression then = value;
      Expression condition = or();
      Expression otherwise =
          tokens.acceptName("else")
              ? expression()
              : scope -> new Undefined("the inline if-expression has no else");
      value =
          Expression.counted(
              scope ->
                  Values.truth(condition.evaluate(scope))
                      ? then.evaluate(scope)
                      : otherwise.evaluate(scope));
    }
    return value;
  }

  private Expression or() {
    Expression left = and();
    while (tokens.acceptName("or")) {
      Expression first = left;
      Expression second = and();
      left =
          Expression.counted(
              scope -> {
                Object value = first.evaluate(scope);
                return Values.truth(value) ? value : second.evaluate(scope);
              });
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (tokens.acceptName("and")) {
      Expression first = left;
      Expression second = not();
      left =
          Expression.counted(
              scope -> {
                Object value = first.evaluate(scope);
                return Values.truth(value) ? second.evaluate(scope) : value;
              });
    }
    return left;
  }

  private Expression not() {
    if (!tokens.acceptName("not")) {
      return comparison();
    }
    Expression value = nested(this::not);
    return Expression.counted(scope -> !Values.truth(value.evaluate(scope)));
  }

  /** {@code a < b <= c} is true if both comparisons are. */
  private Expression comparison() {
    Expression first = sum();
    List<String> operators = new ArrayList<>();
    List<Expression> operands = new ArrayList<>(List.of(first));
    for (String operator = comparator(); !operator.isEmpty(); operator = comparator()) {
      operators.add(operator);
      operands.add(sum());
    }
    if (operators.isEmpty()) {
      return first;
    }
    return Expression.counted(
        scope -> {
          Object left = operands.get(0).evaluate(scope);
          boolean holds = true;
          for (int i = 0; holds && i < operators.size(); i++) {
            Object right = operands.get(i + 1).evaluate(scope);
            holds = Operators.holds(operators.get(i), left, right, scope.run());
            left = right;
          }
          return holds;
        });
  }

  private String comparator() {
    Token token = tokens.peek();
    if (token.kind() == Token.Kind.OPERATOR && COMPARISONS.containsKey(token.text())) {
      return COMPARISONS.getOrDefault(tokens.next().text(), "");
    }
    if (tokens.acceptName("in")) {
      return "in";
    }
    if (tokens.acceptName("not")) {
      if (!tokens.acceptName("in")) {
        throw tokens.unexpected("'in' after 'not'");
      }
      return "not in";
    }
    return "";
  }

  private Expression sum() {
    return chain(this::concatenation, List.of("+", "-"));
  }

  private Expression concatenation() {
    return chain(this::product, List.of("~"));
  }

  private Expression product() {
    return chain(this::power, List.of("*", "/", "//", "%"));
  }

  private Expression power() {
    return chain(() -> unary(true), List.of("**"));
  }

  private Expression chain(Supplier<Expression> operand, List<String> operators) {
    Expression left = operand.get();
    while (tokens.peek().kind() == Token.Kind.OPERATOR
        && operators.contains(tokens.peek().text())) {
      String operator = tokens.next().text();
      Expression first = left;
      Expression second = operand.get();
      left =
          Expression.counted(
              scope ->
                  Operators.apply(
                      operator, first.evaluate(scope), second.evaluate(scope), scope.run()));
    }
    return left;
  }

  private Expression unary(boolean withFilters) {
    Expression value;
    if (tokens.peek().is("-") || tokens.peek().is("+")) {
      boolean minus = tokens.next().is("-");
      Expression operand = nested(() -> unary(false));
      value = Expression.counted(scope -> Operators.signed(operand.evaluate(scope), minus));
    } else {
      value = primary.primary();
    }
    value = primary.postfix(value);
    return withFilters ? primary.filters(value) : value;
  }
}
