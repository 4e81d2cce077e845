/** `PT1M2.5S`, as ARM writes how long things took. */
export function isoDuration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const rest = Number((seconds % 60).toFixed(3));
  return `PT${hours === 0 ? "" : `${hours}H`}${minutes === 0 ? "" : `${minutes}M`}${rest === 0 && hours + minutes > 0 ? "" : `${rest}S`}`;
}
