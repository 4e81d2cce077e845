import { assert } from "../base/index.ts";
import { type AnyInput, type Expr, expression, get, toNode } from "./expression.ts";
import { ROW_KEY } from "./loop.ts";
import type { Node } from "./node.ts";

/** What stands for each item of a list, or each row of a table, in what is repeated for it. */
export interface ItemHandle<Item> {
  readonly value: Expr<Plain<Item>>;
  /** A field; `otherwise` is what it is where an item leaves it out. */
  get<Field extends keyof Item & string>(field: Field, otherwise?: AnyInput): Expr<Plain<Item[Field]>>;
  /** A list made of the list that a field holds. */
  map<Field extends keyof Item & string>(
    field: Field,
    item: string,
    make: (item: ItemHandle<ItemOf<Item[Field]>>) => AnyInput,
  ): Expr<never>;
}

export interface RowHandle<Fields> extends ItemHandle<Fields> {
  readonly key: Expr<string>;
}

/** What a field holds once expressions in it have values. */
type Plain<Value> = Value extends Expr<infer Known> ? Known : Exclude<Value, undefined>;

type ItemOf<List> = List extends readonly (infer Item)[] ? Item : never;

/** A member of a loop, chosen by a key that another loop knows. */
export interface MemberHandle {
  readonly member: Node;
  readonly id: Expr<string>;
  readonly name: Expr<string>;
}

function itemHandle<Item>(name: string, of: string | Node, around: readonly string[] = []): ItemHandle<Item> {
  const names = [...around, name];
  const field = (word: string, otherwise?: AnyInput) =>
    expression<never>({
      kind: "item",
      name,
      of,
      field: word,
      ...(otherwise === undefined ? {} : { otherwise: toNode(otherwise) }),
    });
  return {
    value: expression<never>({ kind: "item", name, of }),
    get: field,
    map: (list, item, make) => {
      assert(!names.includes(item), `${item} is the name of something that it is in`);
      const { node } = field(list);
      return expression<never>({ kind: "map", list: node, item, value: toNode(make(itemHandle(item, node, names))) });
    },
  };
}

export function rowHandle<Fields>(table: string, name: string): RowHandle<Fields> {
  const key = expression<string>({ kind: "item", name, of: table, field: ROW_KEY });
  return { ...itemHandle<Fields>(name, table), key };
}

export function memberHandle(loop: string, key: Expr<string>): MemberHandle {
  const member: Node = { kind: "member", loop, key: key.node };
  const self = expression<object>(member);
  return { member, id: get<string>(self, "id"), name: get<string>(self, "name") };
}
