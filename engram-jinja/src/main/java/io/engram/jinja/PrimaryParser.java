package io.engram.jinja;

import io.engram.jinja.Program.Expression;
import io.engram.jinja.Run.Scope;
import io.engram.jinja.Token.Kind;
import io.engram.jinja.Values.None;
import io.engram.jinja.Values.Tuple;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parses names and literals, and the attributes, items, calls, filters and tests after them. */
final class PrimaryParser {
  private final Token.Stream tokens;
  private final ExpressionParser expressions;

  PrimaryParser(Token.Stream tokens, ExpressionParser expressions) {
    this.tokens = tokens;
    this.expressions = expressions;
  }

  static List<Object> values(List<Expression> expressions, Scope scope) {
    scope.run().spendItems(expressions.size());
    List<Object> values = new ArrayList<>(expressions.size());
    expressions.forEach(each -> values.add(each.evaluate(scope)));
    return values;
  }

  Expression primary() {
    Token token = tokens.next();
    return switch (token.kind()) {
      case NAME -> name(token.text());
      case STRING -> string(token.text());
      case INTEGER -> literal(Operators.integer(token.text()));
      case FLOAT -> literal(Double.valueOf(token.text()));
      default ->
          switch (token.is("(") || token.is("[") || token.is("{") ? token.text() : "") {
            case "(" -> parentheses();
            case "[" -> list();
            case "{" -> map();
            default ->
                throw new JinjaException(
                    "expected a value, found " + token.describe(), token.line());
          };
    };
  }

  private static Expression literal(Object value) {
    return scope -> value;
  }

  private static Expression name(String name) {
    return switch (name) {
      case "true", "True" -> literal(true);
      case "false", "False" -> literal(false);
      case "none", "None" -> literal(None.NONE);
      default -> Expression.counted(scope -> scope.get(name));
    };
  }

  private Expression string(String first) {
    StringBuilder text = new StringBuilder(first);
    while (tokens.peek().kind() == Kind.STRING) {
      text.append(tokens.next().text());
    }
    return literal(text.toString());
  }

  private Expression parentheses() {
    if (tokens.accept(")")) {
      return literal(new Tuple(List.of()));
    }
    Expression inner = expressions.tuple();
    tokens.expect(")");
    return inner;
  }

  private Expression list() {
    List<Expression> items = new ArrayList<>();
    while (!tokens.accept("]")) {
      items.add(expressions.expression());
      if (!tokens.peek().is("]")) {
        tokens.expect(",");
      }
    }
    return Expression.counted(scope -> values(items, scope));
  }

  private Expression map() {
    List<Expression> keys = new ArrayList<>();
    List<Expression> items = new ArrayList<>();
    while (!tokens.accept("}")) {
      keys.add(expressions.expression());
      tokens.expect(":");
      items.add(expressions.expression());
      if (!tokens.peek().is("}")) {
        tokens.expect(",");
      }
    }
    return Expression.counted(
        scope -> {
          scope.run().spendItems(3L * keys.size());
          Map<Object, Object> map = new LinkedHashMap<>();
          for (int i = 0; i < keys.size(); i++) {
            map.put(Values.key(keys.get(i).evaluate(scope)), items.get(i).evaluate(scope));
          }
          return map;
        });
  }

  /** Parses attributes, items and calls after a value. */
  Expression postfix(Expression value) {
    Expression result = value;
    while (true) {
      Expression base = result;
      if (tokens.accept(".")) {
        result = attribute(base);
      } else if (tokens.accept("[")) {
        result = subscript(base);
      } else if (tokens.accept("(")) {
        Arguments.Parsed arguments = arguments();
        result = call(base, arguments);
      } else {
        return result;
      }
    }
  }

  private static Expression call(Expression base, Arguments.Parsed arguments) {
    return Expression.counted(
        scope ->
            Members.callable(base.evaluate(scope)).call(arguments.evaluate(scope), scope.run()));
  }

  private Expression attribute(Expression base) {
    Token token = tokens.next();
    if (token.kind() == Kind.INTEGER) {
      Object index = Operators.integer(token.text());
      return Expression.counted(scope -> Members.item(base.evaluate(scope), index, scope.run()));
    }
    if (token.kind() != Kind.NAME) {
      throw new JinjaException(
          "expected a name after '.', found " + token.describe(), token.line());
    }
    return Expression.counted(
        scope -> Members.attribute(base.evaluate(scope), token.text(), scope.run()));
  }

  private Expression subscript(Expression base) {
    Expression start = tokens.peek().is(":") ? null : expressions.expression();
    if (start != null && tokens.accept("]")) {
      return Expression.counted(
          scope -> Members.item(base.evaluate(scope), start.evaluate(scope), scope.run()));
    }
    tokens.expect(":");
    Expression stop = bound();
    Expression step = tokens.accept(":") ? bound() : null;
    tokens.expect("]");
    return Expression.counted(
        scope ->
            Operators.slice(
                base.evaluate(scope),
                value(start, scope),
                value(stop, scope),
                value(step, scope),
                scope.run()));
  }

  private @Nullable Expression bound() {
    return tokens.peek().is(":") || tokens.peek().is("]") ? null : expressions.expression();
  }

  private static Object value(@Nullable Expression bound, Scope scope) {
    return bound == null ? None.NONE : bound.evaluate(scope);
  }

  /** Parses filters and tests after a value, and calls of their results. */
  Expression filters(Expression value) {
    Expression result = value;
    while (true) {
      Expression base = result;
      if (tokens.accept("|")) {
        result = filter(base);
      } else if (tokens.acceptName("is")) {
        result = test(base);
      } else if (tokens.accept("(")) {
        result = call(base, arguments());
      } else {
        return result;
      }
    }
  }

  /** Parses a filter after its bar. */
  Expression filter(Expression base) {
    String name = tokens.expect(Kind.NAME, "a filter's name").text();
    Arguments.Parsed arguments = tokens.accept("(") ? arguments() : Arguments.Parsed.EMPTY;
    return Expression.counted(
        scope ->
            Filters.named(name)
                .apply(base.evaluate(scope), arguments.evaluate(scope), scope.run()));
  }

  private Expression test(Expression base) {
    boolean negated = tokens.acceptName("not");
    String name = tokens.expect(Kind.NAME, "a test's name").text();
    Arguments.Parsed arguments = Arguments.Parsed.EMPTY;
    if (tokens.accept("(")) {
      arguments = arguments();
    } else if (argumentFollows()) {
      arguments = Arguments.Parsed.of(postfix(primary()));
    }
    Arguments.Parsed given = arguments;
    return Expression.counted(
        scope ->
            negated
                != Tests.named(name)
                    .holds(base.evaluate(scope), given.evaluate(scope), scope.run()));
  }

  private boolean argumentFollows() {
    Token token = tokens.peek();
    return switch (token.kind()) {
      case STRING, INTEGER, FLOAT -> true;
      case NAME -> !List.of("else", "or", "and", "is", "if", "not", "in").contains(token.text());
      default -> token.is("[") || token.is("{");
    };
  }

  private Arguments.Parsed arguments() {
    List<Expression> positional = new ArrayList<>();
    Map<String, Expression> named = new LinkedHashMap<>();
    while (!tokens.accept(")")) {
      if (tokens.peek().is("*") || tokens.peek().is("**")) {
        throw new JinjaException(
            "arguments given by * or ** are not supported", tokens.peek().line());
      }
      if (tokens.peek().kind() == Kind.NAME && tokens.second().is("=")) {
        String name = tokens.next().text();
        tokens.expect("=");
        named.put(name, expressions.expression());
      } else {
        positional.add(expressions.expression());
      }
      if (!tokens.peek().is(")")) {
        tokens.expect(",");
      }
    }
    return new Arguments.Parsed(positional, named);
  }
}
