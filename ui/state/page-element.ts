/** A component of the page: it is given the page's state and renders again when a value it watches changes. */
import { LitElement } from 'lit';
import type { PageState } from './page-state.ts';
import type { Value } from './value.ts';

export abstract class PageElement extends LitElement {
  static override properties = { state: { attribute: false } };
  declare state: PageState;
  #ends: (() => void)[] = [];

  /** The values that this component draws. */
  protected abstract watched(): readonly Pick<Value<unknown>, 'subscribe'>[];

  override connectedCallback(): void {
    super.connectedCallback();
    for (const value of this.watched()) this.listen(value, () => this.requestUpdate());
  }

  /** Calls the listener on every change while the component is on the page. To be used in connectedCallback. */
  protected listen<T>(value: Pick<Value<T>, 'subscribe'>, listener: (value: T) => void): void {
    this.#ends.push(value.subscribe(listener));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const end of this.#ends) end();
    this.#ends = [];
  }
}
