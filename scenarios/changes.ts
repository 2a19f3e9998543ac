/** Lists of what something was and since when; an entry is added only when it differs from the last one. */

export interface Change<T> {
  readonly atUs: number;
  /** The kernel step that made it so. */
  readonly step: number;
  readonly value: T;
}

export class Changes<T> {
  readonly list: Change<T>[] = [];
  private readonly same: (a: T, b: T) => boolean;

  constructor(same: (a: T, b: T) => boolean = Object.is) {
    this.same = same;
  }

  get last(): T | undefined {
    return this.list.at(-1)?.value;
  }

  /** The same so far; what is added to one is not seen in the other. */
  copy(): Changes<T> {
    const copy = new Changes<T>(this.same);
    copy.list.push(...this.list);
    return copy;
  }

  /** True if it differs from what was before. */
  set(atUs: number, step: number, value: T): boolean {
    const last = this.list.at(-1);
    if (last !== undefined && this.same(last.value, value)) return false;
    this.list.push({ atUs, step, value });
    return true;
  }
}

export const sameTexts = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((text, i) => text === b[i]);
