import { type Doc, join } from "../doc/index.ts";
import { invocation, list } from "./layout.ts";

/** Binding strength of HCL's operators, weakest first. */
export const PRECEDENCE = {
  conditional: 1,
  or: 2,
  and: 3,
  equality: 4,
  comparison: 5,
  additive: 6,
  multiplicative: 7,
  unary: 8,
  primary: 9,
} as const;

export interface Printed {
  readonly doc: Doc;
  readonly precedence: number;
}

export const primary = (doc: Doc): Printed => ({ doc, precedence: PRECEDENCE.primary });

export const invoke = (name: string, ...args: readonly Printed[]): Printed =>
  primary(
    invocation(
      name,
      args.map(({ doc }) => doc),
    ),
  );

export const wrap = (printed: Printed, least: number): Doc =>
  printed.precedence < least ? ["(", printed.doc, ")"] : printed.doc;

/** `and` and `or` group as they like; the others only to the left, and comparisons not at all. */
export function operation(operator: string, precedence: number, operands: readonly Printed[]): Printed {
  const associative = precedence === PRECEDENCE.or || precedence === PRECEDENCE.and;
  const groupsLeft = precedence === PRECEDENCE.additive || precedence === PRECEDENCE.multiplicative;
  return {
    doc: join(
      ` ${operator} `,
      operands.map((operand, at) => {
        // && within || needs no parentheses, but readers do
        if (precedence === PRECEDENCE.or && operand.precedence === PRECEDENCE.and) return ["(", operand.doc, ")"];
        return wrap(operand, associative || (groupsLeft && at === 0) ? precedence : precedence + 1);
      }),
    ),
    precedence,
  };
}

export function conditional(test: Printed, consequent: Printed, alternate: Printed): Printed {
  return {
    doc: [wrap(test, PRECEDENCE.or), " ? ", wrap(consequent, PRECEDENCE.or), " : ", wrap(alternate, PRECEDENCE.or)],
    precedence: PRECEDENCE.conditional,
  };
}

/** Both branches keep their own types here; the branches of `?:` are converted to a common one, numbers to texts if need be. */
export function choice(test: Printed, consequent: Printed, alternate: Printed): Printed {
  return primary([list([consequent.doc, alternate.doc]), "[", conditional(test, primary("0"), primary("1")).doc, "]"]);
}
