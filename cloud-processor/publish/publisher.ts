import type { Alert, Board, Committed, GatewayParams, Id, PublishedMemberSecond, Session } from '@pulseboard/contract';

/** What the processor tells the world. Nothing correct hangs on any of it but `committed`, which is repeated. */
export interface Publisher {
  readonly connected: boolean;
  member(second: PublishedMemberSecond): void;
  clearMember(gym: Id, room: Id, member: Id): void;
  /** Of a guest. @param strap that the guest is named by: the topic stays the same, whichever of its sensors was heard */
  sensor(strap: Id, second: PublishedMemberSecond): void;
  clearSensor(gym: Id, room: Id, sensor: Id): void;
  board(board: Board): void;
  session(session: Session): void;
  alert(alert: Alert): void;
  committed(to: GatewayParams, committed: Committed): void;
  /** Says `online` again, with the clock. */
  alive(now: number): void;
  close(): Promise<void>;
}
