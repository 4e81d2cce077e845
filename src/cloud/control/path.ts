/** Where the control endpoint lives on every listener. */
export const CONTROL_PATH = "/_rehearsal";
