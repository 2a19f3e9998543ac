/** What a run has shown of etcd: each member's role and term, who leads. Times are world microseconds. */
import { Changes } from './changes.ts';

export interface Leader {
  readonly member: string | null;
  readonly term: number;
}

interface MemberRole {
  readonly role: string;
  readonly term: number;
}

export class EtcdFacts {
  leader = new Changes<Leader>((a, b) => a.member === b.member && a.term === b.term);
  private readonly roles = new Map<string, MemberRole>();
  /** Term to the members that have led in it. */
  readonly leadersOfTerm = new Map<number, Set<string>>();
  /** How often a member came into office, and how often one became candidate. */
  elections = 0;
  candidacies = 0;

  /** The same so far; what is learnt by one is not known to the other. */
  copy(): EtcdFacts {
    const copy = new EtcdFacts();
    copy.leader = this.leader.copy();
    for (const [member, role] of this.roles) copy.roles.set(member, role);
    for (const [term, leaders] of this.leadersOfTerm) copy.leadersOfTerm.set(term, new Set(leaders));
    copy.elections = this.elections;
    copy.candidacies = this.candidacies;
    return copy;
  }

  /** A member says what it is. */
  is(member: string, role: string, term: number, atUs: number, step: number): void {
    const before = this.roles.get(member);
    const isNew = before?.role !== role || before.term !== term;
    if (isNew && role === 'leader') this.elections++;
    if (isNew && role === 'candidate') this.candidacies++;
    this.roles.set(member, { role, term });
    if (role === 'leader') {
      const leaders = this.leadersOfTerm.get(term) ?? new Set();
      this.leadersOfTerm.set(term, leaders.add(member));
    }
    this.lead(atUs, step);
  }

  /** Its process has ended. True if it had said what it is. */
  gone(member: string, atUs: number, step: number): boolean {
    if (!this.roles.delete(member)) return false;
    this.lead(atUs, step);
    return true;
  }

  /** Who leads: of those that say so, the one with the highest term. */
  private lead(atUs: number, step: number): void {
    let leader: Leader = { member: null, term: this.leader.last?.term ?? 0 };
    for (const [member, { role, term }] of this.roles) {
      if (role === 'leader' && (leader.member === null || term > leader.term)) leader = { member, term };
    }
    this.leader.set(atUs, step, leader);
  }
}
