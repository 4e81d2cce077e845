/**
 * The closed list of functions that expressions may call. The names are ARM's; a target that spells one differently
 * says so in its own table. Arity is checked when a call is made.
 */
export const FUNCTIONS = {
  // the deployment's surroundings: objects whose properties are reached by access
  resourceGroup: { arity: [0, 0] }, // .id .name .location
  subscription: { arity: [0, 0] }, // .id .subscriptionId .tenantId
  tenant: { arity: [0, 0] }, // .tenantId
  environment: { arity: [0, 0] }, // .suffixes.storage ...
  // names
  uniqueString: { arity: [1, 16] },
  guid: { arity: [1, 16] },
  subscriptionResourceId: { arity: [2, 8] }, // type, names...
  // strings
  toLower: { arity: [1, 1] },
  substring: { arity: [2, 3] },
  take: { arity: [2, 2] },
  replace: { arity: [3, 3] },
  split: { arity: [2, 2] },
  string: { arity: [1, 1] },
  base64: { arity: [1, 1] },
  json: { arity: [1, 1] }, // decimals: json('0.5')
  // addresses
  cidrHost: { arity: [2, 2] }, // 0 is the first address after that of the network
  // collections
  concat: { arity: [1, 16] }, // arrays
  union: { arity: [2, 16] },
  contains: { arity: [2, 2] },
  length: { arity: [1, 1] },
  empty: { arity: [1, 1] },
  first: { arity: [1, 1] },
  last: { arity: [1, 1] },
  // logic
  equals: { arity: [2, 2] },
  not: { arity: [1, 1] },
  and: { arity: [2, 16] },
  or: { arity: [2, 16] },
  greater: { arity: [2, 2] },
  greaterOrEquals: { arity: [2, 2] },
  less: { arity: [2, 2] },
  lessOrEquals: { arity: [2, 2] },
  coalesce: { arity: [2, 16] },
  // numbers
  add: { arity: [2, 2] },
  sub: { arity: [2, 2] },
  mul: { arity: [2, 2] },
  min: { arity: [1, 16] },
  max: { arity: [1, 16] },
} as const satisfies Record<string, { readonly arity: readonly [least: number, most: number] }>;

export type FunctionName = keyof typeof FUNCTIONS;
