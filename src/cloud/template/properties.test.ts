import fc from "fast-check";
import { expect, test } from "vitest";
import { parseLenient } from "./body.ts";
import { parseExpression } from "./index.ts";
import { ArmFault, evaluateText } from "./testing.ts";

function faultOf(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}

const isFaultOrNothing = (error: unknown) => error === undefined || error instanceof ArmFault;

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

test("every string survives being written as a literal", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      expect(evaluateText(`[${quoted(text)}]`)).toBe(text);
    }),
  );
});

test("every string survives being escaped as plain text", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const escaped = text.startsWith("[") && text.endsWith("]") ? `[${text}` : text;
      expect(evaluateText(escaped)).toBe(text);
    }),
  );
});

test("whatever is parsed gives an expression or a fault", () => {
  const pieces = fc.constantFrom(
    "'a'",
    "''",
    "'",
    "(",
    ")",
    "[",
    "]",
    "[?",
    ".",
    ".?",
    ",",
    " ",
    "\n",
    "1",
    "-1",
    "concat",
    "map",
    "lambda",
    "ns.fn",
    "\u0000",
    "é",
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
      expect(faultOf(() => parseExpression(parts.join("")))).toSatisfy(isFaultOrNothing);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ["calls", "f(".repeat(8000)],
  ["indexes", `f()${"[f()".repeat(6000)}`],
  ["quotes", "'".repeat(24_001)],
  ["length", "a".repeat(30_000)],
])("expressions with endless %s are refused at once", (_, source) => {
  expect(() => parseExpression(source)).toThrow(ArmFault);
});

test("every JSON value is read as it is, and with comments and trailing commas too", () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      const expected: unknown = JSON.parse(JSON.stringify(value));
      expect(parseLenient(JSON.stringify(value))).toEqual(expected);
      expect(parseLenient(`// head\n{ a: /* x */ ${JSON.stringify(value, undefined, 1)}, }`)).toEqual({ a: expected });
    }),
  );
});

test("whatever a body holds, it is read or refused with a fault", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc
          .array(
            fc.constantFrom("{", "}", "[", "]", ":", ",", '"', "'", "//", "/*", "*/", "\\", "\n", "a", "1", "NaN", "Infinity"),
            { maxLength: 40 },
          )
          .map((parts) => parts.join("")),
      ),
      (text) => {
        expect(faultOf(() => parseLenient(text))).toSatisfy(isFaultOrNothing);
      },
    ),
    { numRuns: 2000 },
  );
});

test("a body nested without end is refused", () => {
  expect(() => parseLenient(`${"[".repeat(5000)}${"]".repeat(5000)}`)).toThrow(/nested deeper/);
  expect(() => parseLenient(`${"[".repeat(100_000)}`)).toThrow(ArmFault);
});
