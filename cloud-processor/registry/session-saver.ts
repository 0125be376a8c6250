import type { Session } from '@pulseboard/contract';
import type { Logger } from 'pino';
import type { Boards } from '../board/boards.js';

/** Writes a session down when it begins or ends. */
export function sessionSaver(boards: Boards, save: (session: Session) => Promise<void>, log: Logger): () => void {
  const saved = new Map<string, string>();
  return () => {
    for (const { gym, room, session } of boards.all()) {
      if (!session) continue;
      const key = `${gym}/${room}`;
      const text = JSON.stringify(session);
      if (saved.get(key) === text) continue;
      saved.set(key, text);
      save(session).catch((error: Error) => {
        saved.delete(key);
        log.error({ err: error.message }, 'a session could not be written down; it is tried again');
      });
    }
  };
}
