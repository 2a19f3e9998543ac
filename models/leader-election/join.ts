/** What a process starts to take part in an election: a client of the API, and the elector that asks through it. */
import type { Effect } from '../../sim/effects.ts';
import { type ApiServerAddress, REST_CLIENT } from '../kube-apiserver/rest-calls.ts';
import { ELECTOR, type ElectorInput } from './elector.ts';

/** For a process whose members `rest-client` and `leader-election` are the machines of those names. */
export function joinElection(server: ApiServerAddress, input: ElectorInput): readonly Effect[] {
  return [
    { type: 'start', machine: 'rest-client', id: REST_CLIENT, input: server },
    { type: 'start', machine: 'leader-election', id: ELECTOR, input },
  ];
}
