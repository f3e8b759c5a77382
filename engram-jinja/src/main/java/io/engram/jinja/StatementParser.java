package io.engram.jinja;

import io.engram.jinja.Program.Block;
import io.engram.jinja.Program.Expression;
import io.engram.jinja.Program.Loop;
import io.engram.jinja.Program.Macro;
import io.engram.jinja.Program.Statement;
import io.engram.jinja.Program.Statement.Flow;
import io.engram.jinja.Run.Scope;
import io.engram.jinja.Token.Kind;
import io.engram.jinja.Values.Namespace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parses a template: text, expressions and blocks. */
final class StatementParser {
  private static final int DEPTH = 60;

  private final Token.Stream tokens;
  private final ExpressionParser expressions;
  private int depth;
  private int loops;

  StatementParser(List<Token> tokens) {
    this.tokens = new Token.Stream(tokens);
    this.expressions = new ExpressionParser(this.tokens);
  }

  /** The whole template. */
  Block template() {
    Block block = until(List.of());
    if (tokens.peek().kind() != Kind.END) {
      throw new JinjaException(
          "unexpected " + tokens.peek().describe() + ": nothing is open that it ends",
          tokens.peek().line());
    }
    return block;
  }

  /**
   * Reads statements up to a block with one of these names, which stays unread. Without names,
   * reads to the end of the template, or to a block that closes nothing.
   */
  private Block until(List<String> ends) {
    if (++depth > DEPTH) {
      throw new JinjaException("blocks are nested too deeply", tokens.peek().line());
    }
    List<Statement> statements = new ArrayList<>();
    List<Integer> lines = new ArrayList<>();
    while (true) {
      Token token = tokens.peek();
      if (token.kind() == Kind.END && !ends.isEmpty()) {
        throw new JinjaException("a block has no " + String.join(" or ", ends), token.line());
      }
      boolean closes = token.kind() == Kind.BLOCK_BEGIN && closes(tokens.second().text());
      if (token.kind() == Kind.END || closes) {
        if (closes) {
          tokens.next();
        }
        if (closes && !ends.isEmpty() && !ends.contains(tokens.peek().text())) {
          throw tokens.unexpected(String.join(" or ", ends));
        }
        depth--;
        return new Block(statements, lines);
      }
      lines.add(token.line());
      statements.add(statement());
    }
  }

  private static boolean closes(String name) {
    return name.startsWith("end") || name.equals("elif") || name.equals("else");
  }

  private Statement statement() {
    Token token = tokens.next();
    switch (token.kind()) {
      case DATA -> {
        return (scope, out) -> {
          out.write(token.text());
          return Flow.NEXT;
        };
      }
      case VARIABLE_BEGIN -> {
        Expression value = expressions.tuple();
        tokens.expect(Kind.VARIABLE_END, "the end of the expression, }}");
        return (scope, out) -> {
          out.write(Text.of(value.evaluate(scope), scope.run()));
          return Flow.NEXT;
        };
      }
      default -> {
        return block(tokens.expect(Kind.NAME, "a block's name"));
      }
    }
  }

  private Statement block(Token name) {
    return switch (name.text()) {
      case "if" -> branches();
      case "for" -> loop();
      case "set" -> assignment();
      case "macro" -> macro();
      case "filter" -> filterBlock();
      case "generation" -> generation();
      case "break" -> jump(name, Flow.BREAK);
      case "continue" -> jump(name, Flow.CONTINUE);
      default ->
          throw new JinjaException(
              "the block {% " + name.text() + " %} is not supported", name.line());
    };
  }

  /** Reads the end of a block tag. */
  private void endOfBlock() {
    tokens.expect(Kind.BLOCK_END, "the end of the block, %}");
  }

  /** Reads the rest of an opening block, the body and the closing block. */
  private Block body(String end) {
    endOfBlock();
    Block body = until(List.of(end));
    tokens.next();
    endOfBlock();
    return body;
  }

  private Statement branches() {
    List<Expression> conditions = new ArrayList<>();
    List<Block> bodies = new ArrayList<>();
    boolean more = true;
    while (more) {
      conditions.add(expressions.tuple());
      endOfBlock();
      bodies.add(until(List.of("elif", "else", "endif")));
      more = tokens.acceptName("elif");
    }
    Block otherwise = otherwise("endif");
    return (scope, out) -> {
      for (int i = 0; i < conditions.size(); i++) {
        if (Values.truth(conditions.get(i).evaluate(scope))) {
          return bodies.get(i).run(scope, out);
        }
      }
      return otherwise.run(scope, out);
    };
  }

  /** Reads the body after {@code else}, if there is one, and the closing block. */
  private Block otherwise(String end) {
    if (!tokens.acceptName("else")) {
      tokens.expect(Kind.NAME, end);
      endOfBlock();
      return new Block(List.of(), List.of());
    }
    return body(end);
  }

  private Statement loop() {
    List<String> targets = targets("in");
    Expression over = expressions.withoutCondition();
    Expression condition = tokens.acceptName("if") ? expressions.expression() : null;
    if (tokens.peek().isName("recursive")) {
      throw new JinjaException("recursive loops are not supported", tokens.peek().line());
    }
    endOfBlock();
    loops++;
    Block body = until(List.of("else", "endfor"));
    loops--;
    return new Loop(targets, over, condition, body, otherwise("endfor"));
  }

  private Statement macro() {
    // A break in a macro's body would have no loop to leave.
    int outer = loops;
    loops = 0;
    Statement macro = definition();
    loops = outer;
    return macro;
  }

  private Statement jump(Token name, Flow flow) {
    if (loops == 0) {
      throw new JinjaException("{% " + name.text() + " %} stands outside a loop", name.line());
    }
    endOfBlock();
    return (scope, out) -> flow;
  }

  /** Reads names separated by commas, with or without parentheses, up to a keyword. */
  private List<String> targets(String keyword) {
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

  private Statement assignment() {
    if (tokens.second().is(".")) {
      String space = tokens.next().text();
      tokens.expect(".");
      String attribute = tokens.expect(Kind.NAME, "a name").text();
      tokens.expect("=");
      Expression value = expressions.tuple();
      endOfBlock();
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
    endOfBlock();
    return (scope, out) -> {
      Loop.assign(scope, names, value.evaluate(scope));
      return Flow.NEXT;
    };
  }

  private Statement blockAssignment() {
    String name = tokens.expect(Kind.NAME, "a name").text();
    Deferred text = new Deferred();
    Expression value = expressions.filters(text);
    text.block = body("endset");
    return (scope, out) -> {
      scope.set(name, value.evaluate(scope));
      return Flow.NEXT;
    };
  }

  private Statement filterBlock() {
    Deferred text = new Deferred();
    Expression value = expressions.firstFilter(text);
    text.block = body("endfilter");
    return (scope, out) -> {
      out.write(Text.of(value.evaluate(scope), scope.run()));
      return Flow.NEXT;
    };
  }

  /** The text of a block, which is parsed after the filters on it. */
  private static final class Deferred implements Expression {
    private @Nullable Block block;

    @Override
    public Object evaluate(Scope scope) {
      return block == null ? "" : block.text(scope);
    }
  }

  private Statement generation() {
    Block body = body("endgeneration");
    return (scope, out) -> {
      body.run(new Scope(scope), out);
      return Flow.NEXT;
    };
  }

  private Statement definition() {
    String name = tokens.expect(Kind.NAME, "the macro's name").text();
    tokens.expect("(");
    Macro.Signature signature = signature(name);
    Block body = body("endmacro");
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
