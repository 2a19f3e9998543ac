/** The page's side of the worker in which simulations run. One thing at a time: what comes later ends what came before. */
import type { RunRecord } from '../../scenarios/run-record.ts';
import type { RunRequest } from '../run/link.ts';
import type { ScenarioChoice } from '../state/page-state.ts';
import type { Ask, FromEngine, ToEngine } from './messages.ts';

/** A newer request took this one's place; nothing went wrong. */
class Superseded extends Error {}

interface Waiting {
  readonly id: number;
  readonly resolve: (answer: FromEngine) => void;
  readonly reject: (error: Error) => void;
  readonly progress: ((share: number) => void) | undefined;
}

export class Engine {
  #worker: Worker | undefined;
  #waiting: Waiting | undefined;
  #asked = 0;

  async list(): Promise<readonly ScenarioChoice[]> {
    const answer = await this.#ask({ type: 'list' });
    return answer.type === 'listed' ? answer.scenarios : [];
  }

  /** Throws an Error with words for people if the scenario cannot be run. `progress` hears shares from 0 to 1. */
  run(request: RunRequest, progress: (share: number) => void): Promise<RunRecord> {
    return this.#record({ type: 'run', request }, progress);
  }

  /** The run in a file's text. Throws an Error with words for people if it holds none. */
  read(name: string, text: string): Promise<RunRecord> {
    return this.#record({ type: 'read', name, text });
  }

  async #record(ask: Ask, progress?: (share: number) => void): Promise<RunRecord> {
    const answer = await this.#ask(ask, progress);
    if (answer.type === 'record') return answer.record;
    throw new Error(answer.type === 'failed' ? answer.message : 'The engine gave no run.');
  }

  #ask(ask: Ask, progress?: (share: number) => void): Promise<FromEngine> {
    if (this.#waiting) {
      // A worker in the middle of a run hears nothing: it can only be ended.
      this.#worker?.terminate();
      this.#worker = undefined;
      this.#waiting.reject(new Superseded());
    }
    this.#worker ??= this.#start();
    const id = ++this.#asked;
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      this.#waiting = { id, resolve, reject, progress };
      worker.postMessage({ ...ask, id } satisfies ToEngine);
    });
  }

  #start(): Worker {
    const worker = new Worker(new URL('./engine.worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<FromEngine>) => {
      if (data.id !== this.#waiting?.id) return;
      const { resolve, progress } = this.#waiting;
      if (data.type === 'progress') {
        progress?.(data.share);
        return;
      }
      this.#waiting = undefined;
      resolve(data);
    });
    worker.addEventListener('error', (event) => {
      const { reject } = this.#waiting ?? {};
      this.#waiting = undefined;
      this.#worker = undefined;
      reject?.(new Error(`The engine stopped: ${event.message || 'it could not be loaded'}.`));
    });
    return worker;
  }
}
