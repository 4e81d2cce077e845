import type { JsonObject } from "../../../../base/index.ts";
import { at, listAt, numberAt, objectAt, requireOneOf, requireText, textAt } from "../../common/body.ts";
import { badRequest } from "../../common/faults.ts";

const FREQUENCIES = ["Minute", "Hour", "Day", "Week", "Month"];
const WEEK_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
/** Minute, hour, day of month, month, day of week; Azure takes no more than five fields. */
const FIELDS = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 6],
] as const;

const PATH = "properties.trigger";

/** When a schedule would run. */
export function checkTrigger(trigger: JsonObject): void {
  const type = requireText(trigger, "triggerType", "BadRequest", PATH);
  if (type === "Cron") return checkCron(requireText(trigger, "expression", "BadRequest", PATH));
  if (type !== "Recurrence") throw badRequest("BadRequest", `${PATH}.triggerType is ${type}; it must be Cron or Recurrence`);
  requireText(trigger, "frequency", "BadRequest", PATH);
  requireOneOf(trigger, "frequency", FREQUENCIES, "BadRequest", PATH);
  const interval = numberAt(trigger, "interval") ?? 0;
  if (!Number.isInteger(interval) || interval < 1)
    throw badRequest("BadRequest", `${PATH}.interval must be a whole number from 1`, `${PATH}.interval`);
  if (at(trigger, "schedule") === undefined) return;
  const schedule = objectAt(trigger, "schedule");
  const frequency = textAt(trigger, "frequency")?.toLowerCase();
  if (frequency === "minute" || frequency === "hour")
    throw badRequest("BadRequest", `${PATH}.schedule is for frequencies Day, Week and Month`);
  checkNumbers(schedule, "hours", 0, 23);
  checkNumbers(schedule, "minutes", 0, 59);
  const day = listAt(schedule, "weekDays").find((each) => typeof each !== "string" || !WEEK_DAYS.includes(each));
  if (day !== undefined) throw badRequest("BadRequest", `${PATH}.schedule.weekDays has ${JSON.stringify(day)}`);
}

function checkNumbers(schedule: JsonObject, member: string, least: number, most: number): void {
  const numbers = listAt(schedule, member);
  const wrong = numbers.find((each) => typeof each !== "number" || !Number.isInteger(each) || each < least || each > most);
  if (numbers.length === 0 || wrong !== undefined)
    throw badRequest("BadRequest", `${PATH}.schedule.${member} holds whole numbers from ${least} to ${most}`);
}

function checkCron(expression: string): void {
  const fields = expression.trim().split(/\s+/);
  const wrong = fields.length !== FIELDS.length || !fields.every((field, index) => isField(field, FIELDS[index]));
  if (wrong)
    throw badRequest(
      "BadRequest",
      `${PATH}.expression is ${JSON.stringify(expression)}; it has five fields: minute, hour, day, month, day of week`,
      `${PATH}.expression`,
    );
}

function isField(field: string, bounds: (typeof FIELDS)[number] | undefined): boolean {
  const [least, most] = bounds ?? [0, 0];
  return field.split(",").every((part) => {
    const [, range = "", step] = /^(\*|\d+(?:-\d+)?)(?:\/(\d+))?$/.exec(part) ?? [];
    if (range === "" || step === "0") return false;
    const numbers = range === "*" ? [] : range.split("-").map(Number);
    return numbers.every((number) => number >= least && number <= most) && (numbers[0] ?? 0) <= (numbers[1] ?? most);
  });
}
