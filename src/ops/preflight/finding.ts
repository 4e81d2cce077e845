/** Something that Azure would refuse minutes into a deployment, or (a warning) that will not fit later. */
export interface Finding {
  readonly code: string;
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
  readonly isWarning?: boolean;
}
