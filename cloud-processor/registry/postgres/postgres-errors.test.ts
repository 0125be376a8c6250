import { DatabaseError } from 'pg';
import { isOfStatement } from './postgres-errors.js';

/** In the words of a server that speaks German. */
function said(code: string | undefined, severity: string): DatabaseError {
  const error = new DatabaseError('eine Meldung', 99, 'error');
  return Object.assign(error, { severity, code });
}

test.each([
  ['a unique key', '23505', 'FEHLER'],
  ['a table that is not there', '42P01', 'ERROR'],
  ['no right', '42501', 'FEHLER'],
  ['a value that is too large', '22003', 'ОШИБКА'],
  ['a statement that took too long', '57014', 'FEHLER'],
  ['a full disk', '53100', 'FEHLER'],
  ['a deadlock', '40P01', 'ERREUR'],
  ['a fault of its own', 'XX000', 'FEHLER'],
])('%s (%s, %s) ends no connection', (_, code, severity) => expect(isOfStatement(said(code, severity))).toBe(true));

test.each([
  ['it is shut down', '57P01', 'FATAL'],
  ['another process of it crashed', '57P02', 'WARNUNG'],
  ['it just starts', '57P03', 'ВАЖНО'],
  ['the connection broke', '08006', 'FEHLER'],
  ['too many connections', '53300', 'SCHWERWIEGEND'],
  ['a transaction that idled', '25P03', 'FATAL'],
  ['a user who may not log in', '28000', 'FATAL'],
  ['no code', undefined, 'ERROR'],
])('%s (%s, %s): the connection is over', (_, code, severity) => expect(isOfStatement(said(code, severity))).toBe(false));

test('what PostgreSQL did not say is of no statement', () => expect(isOfStatement(new Error('read ECONNRESET'))).toBe(false));
