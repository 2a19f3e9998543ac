/**
 * All that etcd promises, watched from outside: an observer of a world. A violation ends the run at the step in which it
 * happens; what takes the whole history is judged at the end.
 */
import { RAFT } from '../../models/etcd/family.ts';
import type { Raft } from '../../models/etcd/raft/raft.ts';
import type { NodeEvent, RaftNodeContext } from '../../models/etcd/raft-node-work.ts';
import type { ServerContext } from '../../models/etcd/server.ts';
import type { Cell, Step } from '../../sim/state.ts';
import type { World } from '../../sim/world.ts';
import { aLeaderHasAllThatIsCommitted } from './a-leader-has-all-that-is-committed.ts';
import { ClientHistory } from './client-history.ts';
import { logsThatAgreeOnceAgreeBefore } from './logs-that-agree-once-agree-before.ts';
import { membersApplyTheSame } from './members-apply-the-same.ts';
import { noAcknowledgedPutLost } from './no-acknowledged-put-lost.ts';
import { noStaleLinearizableRead } from './no-stale-linearizable-read.ts';
import { oneMemberLeadsATerm } from './one-member-leads-a-term.ts';
import type { EtcdWatch, Watching } from './watch.ts';
import { whoHearsItsLeaderHelpsNoOther } from './who-hears-its-leader-helps-no-other.ts';

export const ETCD_WATCHES: readonly EtcdWatch[] = [
  oneMemberLeadsATerm,
  logsThatAgreeOnceAgreeBefore,
  aLeaderHasAllThatIsCommitted,
  membersApplyTheSame,
  whoHearsItsLeaderHelpsNoOther,
];

/** A promise that was broken: which, and by what. */
export class Unsafe extends Error {
  readonly sentence: string;
  readonly found: string;

  constructor(sentence: string, found: string) {
    super(`${sentence} But: ${found}`);
    this.name = 'Unsafe';
    this.sentence = sentence;
    this.found = found;
  }
}

interface Watched {
  readonly watch: EtcdWatch;
  readonly watching: Watching;
}

/** One running member's Raft: its last state, and who watches its cluster. */
interface Member {
  readonly who: string;
  readonly serial: number;
  readonly watched: readonly Watched[];
  raft: Raft;
}

/** What a run was, so that an empty one shows. */
export interface Seen {
  readonly elections: number;
  readonly puts: number;
  readonly gets: number;
  readonly unanswered: number;
  /** There was a leader at the end that says whether a put was lost. */
  readonly judged: boolean;
}

export class EtcdSafety {
  readonly history = new ClientHistory();
  private readonly world: World;
  private readonly clusters = new Map<number, readonly Watched[]>();
  /** By cell. */
  private readonly members: (Member | undefined)[] = [];
  private elections = 0;

  constructor(world: World) {
    this.world = world;
  }

  /** @throws Unsafe */
  see(step: Step): void {
    const { cell } = step;
    if (cell === undefined) return;
    if (cell.member === RAFT && cell.program.id === 'etcd.raft-node') this.seeRaft(step, cell);
    else this.history.see(step);
  }

  private seeRaft({ event, effects, atUs }: Step, cell: Cell): void {
    const { raft, node } = cell.context as RaftNodeContext;
    let member = this.members[cell.index];
    let before: Raft | undefined;
    if (member === undefined || member.serial !== cell.serial) {
      const who = cell.path.slice(0, -RAFT.length - 1);
      member = { who, serial: cell.serial, watched: this.watchedOf(cell), raft };
      this.members[cell.index] = member;
    } else {
      before = member.raft;
      member.raft = raft;
    }
    if (raft.role === 'leader' && before?.role !== 'leader') this.elections++;
    const step = {
      who: member.who,
      atUs,
      before,
      after: raft,
      event: event as NodeEvent | undefined,
      ticker: { sinceUs: node.tickerSinceUs, periodUs: node.heartbeatUs },
      effects,
    };
    for (const { watch, watching } of member.watched) {
      const wrong = watching.see(step);
      if (wrong !== undefined) throw new Unsafe(watch.sentence, wrong);
    }
  }

  private watchedOf(cell: Cell): readonly Watched[] {
    const process = this.world.processes[cell.process];
    const lead = process === undefined ? undefined : this.world.lead(process);
    const cluster = lead === undefined ? 0 : (lead.context as ServerContext).server.backend.clusterId;
    let watched = this.clusters.get(cluster);
    if (watched === undefined) {
      watched = ETCD_WATCHES.map((watch) => ({ watch, watching: watch.watching() }));
      this.clusters.set(cluster, watched);
    }
    return watched;
  }

  /**
   * Judges the run up to now as a whole.
   * @throws Unsafe
   */
  end(): Seen {
    const stale = noStaleLinearizableRead.violation(this.history);
    if (stale !== undefined) throw new Unsafe(noStaleLinearizableRead.sentence, stale);
    const { judged, violation } = noAcknowledgedPutLost.judge(this.history, this.world);
    if (violation !== undefined) throw new Unsafe(noAcknowledgedPutLost.sentence, violation);
    return { elections: this.elections, ...this.history.counts, judged };
  }
}
