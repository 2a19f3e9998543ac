/**
 * A VRRP instance of keepalived: one `vrrp_instance`, a member of the family (models/keepalived/process.ts).
 *
 * Sources: RFC 3768 section 6.4 and RFC 5798 section 6.4 (Initialize, Backup, Master); keepalived 2.2.7 vrrp_scheduler.c and
 * vrrp.c, which add FAULT and start in BACKUP whatever `state` says. `goto-master` and `transition` are 1.3's (v1.3.5
 * vrrp_scheduler.c, VRRP_STATE_GOTO_MASTER: an interval for the election and one for the addresses, as its log shows).
 * Unit of time: microseconds of the host's monotonic clock.
 * Not modelled: reload (SIGHUP), IPv6, vmac, 1.3's own recovery from FAULT by polling (it recovers at once).
 */
import { startInstance } from './instance-context.ts';
import { instance } from './instance-setup.ts';

/** What a tracker's news does in BACKUP: the wait is not restarted, its end moves with the priority. */
const newsInBackup = [
  { guard: 'goesDown', target: 'fault', actions: ['failBackup', 'say'] },
  { guard: 'changesPriority', target: 'backup', reenter: true, actions: ['track', 'say'] },
  { actions: ['track'] },
] as const;
const newsInMaster = [
  { guard: 'goesDown', target: 'fault', actions: ['failMaster', 'say'] },
  { actions: ['track', 'say'] },
] as const;
const newsInFault = [
  { guard: 'comesUpInGroup', actions: ['reportUp', 'say'] },
  { guard: 'comesUpAsOldMaster', target: 'transition', actions: ['recoverAsOldMaster', 'say'] },
  { guard: 'comesUpAsOwner', target: 'master', actions: ['recoverAsOwner', 'say', 'armGarp'] },
  { guard: 'comesUp', target: 'backup', actions: ['recover', 'say'] },
  { actions: ['trackInFault', 'say'] },
] as const;
const stop = { target: 'stopped', actions: ['shutDown', 'say'] } as const;

export const instanceMachine = instance.createMachine({
  id: 'keepalived.instance',
  context: ({ input }) => startInstance(input),
  initial: 'init',
  on: {
    // The thread of a delayed burst outlives the state that started it, and finds then that there is nothing to send.
    'garp-due': [
      { guard: 'hasMoreGarp', actions: ['sendDueGarp', 'say', 'armGarp'] },
      { actions: ['sendDueGarp', 'say'] },
    ],
    'priority-due': { actions: ['applyPriority', 'say', 'armPriority'] },
  },
  states: {
    init: {
      always: [
        { guard: 'worksOutPriorityByTimer', target: 'starting', actions: ['armPriority'] },
        { target: 'starting' },
      ],
    },
    starting: {
      always: [
        { guard: 'isLinkDown', target: 'fault', actions: ['enterFault', 'say'] },
        { guard: 'isNotReady', target: 'fault', actions: ['enterSilently', 'say'] },
        { guard: 'startsInGotoMaster', target: 'goto-master', actions: ['enterSilently', 'say'] },
        { guard: 'startsAsOwner', target: 'backup', actions: ['enterSilently', 'say'] },
        { target: 'backup', actions: ['enterBackup', 'say'] },
      ],
    },
    backup: {
      after: {
        masterDown: [
          { guard: 'isGrouped', target: 'backup', reenter: true, actions: ['askGroup', 'say'] },
          { guard: 'isOld', target: 'transition', actions: ['beginTransition', 'say'] },
          { target: 'master', actions: ['timeOut', 'say', 'armGarp'] },
        ],
      },
      on: {
        advert: [
          { guard: 'isThrownAway' },
          { guard: 'isAccepted', target: 'backup', reenter: true, actions: ['accept', 'say'] },
          { guard: 'isStop', target: 'backup', reenter: true, actions: ['hearStop', 'say'] },
          { guard: 'isInvalid', target: 'backup', reenter: true, actions: ['complain', 'say'] },
          { guard: 'isOld', target: 'backup', reenter: true, actions: ['forceElection', 'say'] },
          { actions: ['discard', 'say'] },
        ],
        script: newsInBackup,
        interface: newsInBackup,
        source: newsInBackup,
        'sync-master': [
          { guard: 'isOld', target: 'transition', actions: ['syncTransition', 'say'] },
          { target: 'master', actions: ['syncMaster', 'say', 'armGarp'] },
        ],
        'sync-fault': { target: 'fault', actions: ['syncFailBackup', 'say'] },
        shutdown: stop,
      },
    },
    /** 1.3 only: `state MASTER` at start waits an interval and not a whole silence. */
    'goto-master': {
      after: { advertInterval: { target: 'transition', actions: ['beginTransition', 'say'] } },
      on: {
        advert: { target: 'transition', actions: ['beginTransition', 'say'] },
        script: newsInMaster,
        interface: newsInMaster,
        source: newsInMaster,
        shutdown: stop,
      },
    },
    /** 1.3 only: it advertises, the addresses come an interval later. */
    transition: {
      after: { nextAdvert: { target: 'master', actions: ['endTransition', 'say', 'armGarp'] } },
      on: {
        advert: [
          { guard: 'isSuperior', target: 'backup', actions: ['yieldTo', 'say'] },
          { target: 'transition', reenter: true, actions: ['hold', 'say'] },
        ],
        script: newsInMaster,
        interface: newsInMaster,
        source: newsInMaster,
        'sync-backup': { target: 'backup', actions: ['syncBackup', 'say'] },
        'sync-fault': { target: 'fault', actions: ['syncFailMaster', 'say'] },
        shutdown: stop,
      },
    },
    master: {
      after: {
        nextAdvert: [
          { guard: 'isFarTooLate', target: 'backup', actions: ['yieldLate', 'say'] },
          { target: 'master', reenter: true, actions: ['advertise', 'say'] },
        ],
      },
      on: {
        // Whatever is read for its VRID puts the next advert off, even what is dropped (vrrp_scheduler.c:1211-1213).
        advert: [
          { guard: 'isSuperior', target: 'backup', actions: ['yieldTo', 'say'] },
          { guard: 'keepsAdvertTimer', actions: ['hold', 'say', 'armGarp'] },
          { guard: 'isInvalid', target: 'master', reenter: true, actions: ['hold', 'say'] },
          { target: 'master', reenter: true, actions: ['hold', 'say', 'armGarp'] },
        ],
        script: newsInMaster,
        interface: newsInMaster,
        source: newsInMaster,
        'address-gone': { target: 'backup', actions: ['loseAddress', 'say'] },
        'sync-backup': { target: 'backup', actions: ['syncBackup', 'say'] },
        'sync-fault': { target: 'fault', actions: ['syncFailMaster', 'say'] },
        'sync-garp': { actions: ['syncGarp', 'say', 'armGarp'] },
        shutdown: stop,
      },
    },
    /** No timer, and adverts are not heard. */
    fault: {
      on: {
        script: newsInFault,
        interface: newsInFault,
        source: newsInFault,
        'sync-backup': { guard: 'isWhole', target: 'backup', actions: ['syncRecover', 'say'] },
        shutdown: stop,
      },
    },
    stopped: {},
  },
});
