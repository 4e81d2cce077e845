import { cidr } from "./cidr.ts";
import { collections } from "./collections.ts";
import { dates } from "./dates.ts";
import { encoding } from "./encoding.ts";
import type { TemplateFunction } from "./function.ts";
import { identifiers } from "./identifiers.ts";
import { lambdas } from "./lambdas.ts";
import { logic } from "./logic.ts";
import { numbers } from "./numbers.ts";
import { objects } from "./objects.ts";
import { strings } from "./strings.ts";
import { surroundings } from "./surroundings.ts";
import { zones } from "./zones.ts";

/** Every function of the template language, by lower-case name: ARM compares names without regard to case. */
export const FUNCTIONS: ReadonlyMap<string, TemplateFunction> = new Map(
  [strings, numbers, logic, collections, objects, lambdas, encoding, dates, cidr, identifiers, surroundings, zones].flatMap(
    (table) => Object.entries(table).map(([name, spec]) => [name.toLowerCase(), spec] as const),
  ),
);
