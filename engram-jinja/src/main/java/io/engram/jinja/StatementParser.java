package io.engram.jinja;

import io.engram.jinja.Statement.Flow;
import io.engram.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/** Text, expressions and blocks. */
final class StatementParser {
  private static final int DEPTH = 60;

  private final TokenStream tokens;
  private final ExpressionParser expressions;
  private final DefinitionParser definitions;
  private int depth;
  private int loops;

  StatementParser(List<Token> tokens) {
    this.tokens = new TokenStream(tokens);
    this.expressions = new ExpressionParser(this.tokens);
    this.definitions = new DefinitionParser(this.tokens, expressions, this);
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
   * Statements up to a block that begins with one of these names; the name is left to be read. With
   * no names, up to the end, or to a name that ends nothing.
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
      case "set" -> definitions.assignment();
      case "macro" -> macro();
      case "filter" -> definitions.filterBlock();
      case "generation" -> definitions.generation();
      case "break" -> jump(name, Flow.BREAK);
      case "continue" -> jump(name, Flow.CONTINUE);
      default ->
          throw new JinjaException(
              "the block {% " + name.text() + " %} is not supported", name.line());
    };
  }

  /** The end of a block's opening or ending. */
  void endOfBlock() {
    tokens.expect(Kind.BLOCK_END, "the end of the block, %}");
  }

  /** The rest of a block's opening, its body, and its end. */
  Block body(String end) {
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

  /** The body after an {@code else}, empty where there is none; then the end. */
  private Block otherwise(String end) {
    if (!tokens.acceptName("else")) {
      tokens.expect(Kind.NAME, end);
      endOfBlock();
      return new Block(List.of(), List.of());
    }
    return body(end);
  }

  private Statement loop() {
    List<String> targets = definitions.targets("in");
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
    Statement macro = definitions.macro();
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
}
