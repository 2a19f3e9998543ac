/** What each kind of entry in the queue does when its time has come; timers are the world's own. */
import { arriveArp } from './arp.ts';
import { arriveDatagram } from './datagram.ts';
import { finishWrite } from './disk.ts';
import { type Action, applyAction } from './faults.ts';
import type { MachineEvent } from './machine.ts';
import { beginProcess, killProcess } from './processes.ts';
import {
  ARP,
  CLOSED,
  DATAGRAM,
  FAULT,
  type Item,
  PROCESS_START,
  type Process,
  REFUSED,
  RETRANSMIT,
  RETRY_SYN,
  STOP_LIMIT,
  STREAM,
  SYN,
  SYN_ACK,
  TELL,
  WAKE,
  WRITTEN,
} from './state.ts';
import { arriveRefused, arriveSyn, arriveSynAck, retrySyn } from './tcp-connect.ts';
import { arriveClosed } from './tcp-end.ts';
import { arriveStream, retransmit } from './tcp-stream.ts';
import type { World } from './world.ts';

/** Takes an entry of the queue that is no timer. */
export function takeItem(world: World, item: Item): void {
  world.current = item.cause;
  switch (item.kind) {
    case STREAM:
      arriveStream(world, item);
      break;
    case DATAGRAM:
      arriveDatagram(world, item);
      break;
    case SYN:
      arriveSyn(world, item);
      break;
    case SYN_ACK:
      arriveSynAck(world, item);
      break;
    case REFUSED:
      arriveRefused(world, item);
      break;
    case RETRY_SYN:
      retrySyn(world, item);
      break;
    case CLOSED:
      arriveClosed(world, item);
      break;
    case RETRANSMIT:
      retransmit(world, item);
      break;
    case WRITTEN:
      finishWrite(world, item);
      break;
    case ARP:
      arriveArp(world, item);
      break;
    case PROCESS_START: {
      const process = world.processes[item.target] as Process;
      if (process.incarnation === item.serial && process.state === 'waiting') beginProcess(world, process);
      break;
    }
    case STOP_LIMIT: {
      const process = world.processes[item.target] as Process;
      if (process.incarnation === item.serial) killProcess(world, process, 'stop-limit');
      break;
    }
    case WAKE: {
      const process = world.processes[item.target] as Process;
      if (process.incarnation === item.serial && process.state === 'running') world.release(process);
      break;
    }
    case FAULT:
      world.kernelStep();
      applyAction(world, item.a as Action);
      break;
    case TELL: {
      const cell = world.cells[item.target];
      if (cell !== undefined && cell.serial === item.serial)
        world.deliver(cell, item.b as MachineEvent, TELL, item.cause);
      break;
    }
  }
}
