/** The page's side of the worker in which simulations run. */
import type { Answer, Asks, FromEngine, Kind, News } from './messages.ts';

/** A newer request took this one's place; nothing went wrong. */
export class Superseded extends Error {}

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
  readonly hear: ((news: never) => void) | undefined;
}

export class Engine {
  #worker: Worker | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;

  /** `hear` is told what comes before the answer. Throws an Error with words for people. */
  ask<K extends Kind>(type: K, asks: Asks<K>, hear?: (news: News<K>) => void): Promise<Answer<K>> {
    this.#worker ??= this.#start();
    const id = ++this.#asked;
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (answer: never) => void, reject, hear });
      worker.postMessage({ ...asks, type, id });
    });
  }

  #start(): Worker {
    const worker = new Worker(new URL('./engine.worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<FromEngine>) => this.#hear(data));
    worker.addEventListener('error', (event) => {
      const waiting = [...this.#waiting.values()];
      this.#waiting.clear();
      this.#worker = undefined;
      const error = new Error(`The engine stopped: ${event.message || 'it could not be loaded'}.`);
      for (const { reject } of waiting) reject(error);
    });
    return worker;
  }

  #hear(data: FromEngine): void {
    const waiting = this.#waiting.get(data.id);
    if (waiting === undefined) return;
    if (data.type === 'meanwhile') {
      waiting.hear?.(data.news as never);
      return;
    }
    this.#waiting.delete(data.id);
    if (data.type === 'answer') waiting.resolve(data.answer as never);
    else waiting.reject(data.superseded === true ? new Superseded(data.message) : new Error(data.message));
  }
}
