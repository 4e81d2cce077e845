// The package's own declarations pull the browser's types into the whole program, where they contradict Node's.
export declare function parse(filename: string, contents: string): Promise<Record<string, unknown>>;
export declare function getExpressionAst(filename: string, expression: string): Promise<unknown>;
