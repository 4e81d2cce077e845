import { z } from "zod";

/** What can be made to go wrong, and how often. */
export const faultSchema = z.strictObject({
  /**
   * `throttle`: 429. `error`: `status` (5xx, or the 409 of a resource that is busy). `cut`: the connection ends before the request is carried out; `cut-after`:
   * after it, so that only the answer is lost. `fail-operation`: a long-running operation on a matching resource fails.
   * `lose-poll`: an answer about such an operation is lost.
   */
  kind: z.enum(["throttle", "error", "cut", "cut-after", "fail-operation", "lose-poll"]),
  method: z.string().toUpperCase().optional(),
  /** Of the request, or of the resource for operations; `*` stands for any run of characters. */
  path: z.string().min(1).max(2_000).default("*"),
  count: z.int().min(1).max(10_000).default(1),
  status: z.union([z.literal(409), z.int().min(500).max(599)]).default(500),
  code: z.string().min(1).max(200).optional(),
  message: z.string().max(2_000).optional(),
  retryAfterSeconds: z.int().min(1).max(3_600).default(1),
});

export type FaultRule = z.infer<typeof faultSchema>;
