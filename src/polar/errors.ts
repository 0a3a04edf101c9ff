import { type ExitCode, TapError } from "../shared/errors.ts";

/** What the API, or the way to it, answered instead of data. */
export abstract class PolarError extends TapError {
  /** Whether no other stream would fare better: the run ends. */
  readonly endsRun: boolean = false;
}

/** 401: the run can't go on with this token, and another needs a new one. */
export class UnauthorizedError extends PolarError {
  override readonly name = "UnauthorizedError";
  override readonly endsRun = true;
  override readonly exitCode: ExitCode = 2;
}

/**
 * Something else than the API answers, or stands before it: a website, a login page, a firewall, a
 * proxy that refuses, a certificate that is not trusted. Waiting cures none of these.
 */
export class BlockedError extends PolarError {
  override readonly name = "BlockedError";
  override readonly endsRun = true;
  override readonly exitCode: ExitCode = 2;
}

/** No connection to the API comes about, however often it was tried. Another time one may. */
export class UnreachableError extends PolarError {
  override readonly name = "UnreachableError";
  override readonly endsRun = true;
}

/** 403: the token lacks a scope, or the organization may not do this. */
export class ForbiddenError extends PolarError {
  override readonly name: string = "ForbiddenError";
  override readonly exitCode: ExitCode = 2;
  /** The scope that would do, or several of which any would; undefined if it is not for that. */
  readonly missingScope: string | undefined;

  constructor(message: string, missingScope?: string) {
    super(message);
    this.missingScope = missingScope;
  }
}

/** 403, and no scope is missing: this may not be read, others may. */
export class NotPermittedError extends ForbiddenError {
  override readonly name = "NotPermittedError";
}

/** 404 of a row: it is gone, or belongs to somebody else. */
export class RowNotFoundError extends PolarError {
  override readonly name = "RowNotFoundError";
}

/** The API refuses the request itself: a parameter, the path or the version. */
export class RefusedRequestError extends PolarError {
  override readonly name = "RefusedRequestError";
}

/** 500, every time it was tried: perhaps one row that the server can't print. */
export class ServerError extends PolarError {
  override readonly name = "ServerError";
}

/** The API did not answer, or not with valid JSON, however often it was tried. */
export class UnavailableError extends PolarError {
  override readonly name = "UnavailableError";
}
