package io.engram.jinja;

import io.engram.jinja.Statement.Flow;
import io.engram.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Blocks that give something a name, and those that do something with the text of their body. */
final class DefinitionParser {
  private final TokenStream tokens;
  private final ExpressionParser expressions;
  private final StatementParser statements;

  DefinitionParser(TokenStream tokens, ExpressionParser expressions, StatementParser statements) {
    this.tokens = tokens;
    this.expressions = expressions;
    this.statements = statements;
  }

  /** Names divided by commas, with or without parentheses, up to a keyword. */
  List<String> targets(String keyword) {
    boolean parenthesis = tokens.accept("(");
    List<String> names = new ArrayList<>();
    do {
      names.add(tokens.expect(Kind.NAME, "a name").text());
    } while (tokens.accept(",") && tokens.peek().kind() == Kind.NAME);
    if (parenthesis) {
      tokens.expect(")");
    }
    if (!(keyword.equals("=") ? tokens.accept("=") : tokens.acceptName(keyword))) {
      throw tokens.unexpected("'" + keyword + "'");
    }
    return names;
  }

  Statement assignment() {
    if (tokens.second().is(".")) {
      String space = tokens.next().text();
      tokens.expect(".");
      String attribute = tokens.expect(Kind.NAME, "a name").text();
      tokens.expect("=");
      Expression value = expressions.tuple();
      statements.endOfBlock();
      return (scope, out) -> {
        Namespace.of(scope.get(space), space).set(attribute, value.evaluate(scope));
        return Flow.NEXT;
      };
    }
    if (!tokens.second().is("=") && !tokens.second().is(",") && !tokens.peek().is("(")) {
      return blockAssignment();
    }
    List<String> names = targets("=");
    Expression value = expressions.tuple();
    statements.endOfBlock();
    return (scope, out) -> {
      Loop.assign(scope, names, value.evaluate(scope));
      return Flow.NEXT;
    };
  }

  private Statement blockAssignment() {
    String name = tokens.expect(Kind.NAME, "a name").text();
    Deferred text = new Deferred();
    Expression value = expressions.filters(text);
    text.block = statements.body("endset");
    return (scope, out) -> {
      scope.set(name, value.evaluate(scope));
      return Flow.NEXT;
    };
  }

  Statement filterBlock() {
    Deferred text = new Deferred();
    Expression value = expressions.firstFilter(text);
    text.block = statements.body("endfilter");
    return (scope, out) -> {
      out.write(Text.of(value.evaluate(scope), scope.run()));
      return Flow.NEXT;
    };
  }

  /** The text of a block that is read after the filters applied to it. */
  private static final class Deferred implements Expression {
    private @Nullable Block block;

    @Override
    public Object evaluate(Scope scope) {
      return block == null ? "" : block.text(scope);
    }
  }

  Statement generation() {
    Block body = statements.body("endgeneration");
    return (scope, out) -> {
      body.run(new Scope(scope), out);
      return Flow.NEXT;
    };
  }

  Statement macro() {
    String name = tokens.expect(Kind.NAME, "the macro's name").text();
    tokens.expect("(");
    Macro.Signature signature = signature(name);
    Block body = statements.body("endmacro");
    return (scope, out) -> {
      scope.set(name, new Macro(signature, body, scope));
      return Flow.NEXT;
    };
  }

  private Macro.Signature signature(String name) {
    List<String> names = new ArrayList<>();
    Map<String, Expression> defaults = new LinkedHashMap<>();
    while (!tokens.accept(")")) {
      String parameter = tokens.expect(Kind.NAME, "a parameter's name").text();
      names.add(parameter);
      if (tokens.accept("=")) {
        defaults.put(parameter, expressions.expression());
      }
      if (!tokens.peek().is(")")) {
        tokens.expect(",");
      }
    }
    return new Macro.Signature(name, names, defaults);
  }
}
