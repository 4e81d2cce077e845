import { request } from "undici";

/** One series of a process's `/metrics`; NaN when it has none of this name. */
export async function metric(url: string, series: string): Promise<number> {
  const { body } = await request(`${url}/metrics`);
  const line = (await body.text()).split("\n").find((candidate) => candidate.startsWith(`${series} `));
  return line === undefined ? Number.NaN : Number(line.slice(series.length));
}
