/** A value that tells those who asked when it changes. All that the components of a page share are values. */
export class Value<T> {
  #current: T;
  readonly #listeners = new Set<(value: T) => void>();

  constructor(initial: T) {
    this.#current = initial;
  }

  get(): T {
    return this.#current;
  }

  /** Listeners are called at once, in the order they subscribed, if the value is another one (Object.is). */
  set(value: T): void {
    if (Object.is(value, this.#current)) return;
    this.#current = value;
    for (const listener of [...this.#listeners]) listener(value);
  }

  /** Returns the function that ends the subscription. */
  subscribe(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
