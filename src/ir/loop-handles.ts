import { assert } from "../base/index.ts";
import { type AnyInput, type Expr, expression, get, toNode } from "./expression.ts";
import { ROW_KEY } from "./loop.ts";
import type { Node } from "./node.ts";

/** What stands for each item of a list, or each row of a table, in what is repeated for it. */
export interface ItemHandle<Item> {
  readonly value: Expr<never>;
  /** A field; `otherwise` is what it is where an item leaves it out. */
  get(field: keyof Item & string, otherwise?: AnyInput): Expr<never>;
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

type ItemOf<List> = List extends readonly (infer Item)[] ? Item : never;

/** A member of a loop, chosen by a key that another loop knows. */
export interface MemberHandle {
  readonly member: Node;
  readonly id: Expr<string>;
  readonly name: Expr<string>;
}

function itemHandle<Item>(name: string, around: readonly string[] = []): ItemHandle<Item> {
  const names = [...around, name];
  const field = (word: string, otherwise?: AnyInput) =>
    expression<never>({
      kind: "item",
      name,
      field: word,
      ...(otherwise === undefined ? {} : { otherwise: toNode(otherwise) }),
    });
  return {
    value: expression<never>({ kind: "item", name }),
    get: field,
    map: (list, item, make) => {
      assert(!names.includes(item), `${item} is the name of something that it is in`);
      return expression<never>({ kind: "map", list: field(list).node, item, value: toNode(make(itemHandle(item, names))) });
    },
  };
}

export function rowHandle<Fields>(name: string): RowHandle<Fields> {
  return { ...itemHandle<Fields>(name), key: expression<string>({ kind: "item", name, field: ROW_KEY }) };
}

export function memberHandle(loop: string, key: Expr<string>): MemberHandle {
  const member: Node = { kind: "member", loop, key: key.node };
  const self = expression<object>(member);
  return { member, id: get<string>(self, "id"), name: get<string>(self, "name") };
}
