/** What a bench shows: rows for people, figures by name. */

export type Row = readonly [what: string, measured: string, beside: string];

export interface Table {
  readonly figures: Readonly<Record<string, number>>;
  readonly rows: readonly Row[];
}

/** Three significant digits or whole numbers: more would be noise. */
export function ratio(value: number): number {
  return value >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}

export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
