import { TapError } from "../shared/errors.ts";

/** What the API, or the way to it, answered instead of data. */
export abstract class PolarError extends TapError {}

/** 401: the run can't go on with this token. */
export class UnauthorizedError extends PolarError {
  override readonly name = "UnauthorizedError";
}

/** No connection to the API comes about, however often it was tried: no stream will fare better. */
export class UnreachableError extends PolarError {
  override readonly name = "UnreachableError";
}

/** 403: the token lacks a scope, or the organization may not do this. */
export class ForbiddenError extends PolarError {
  override readonly name: string = "ForbiddenError";
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

/** The API could not be reached, or did not answer with valid JSON, however often it was tried. */
export class UnavailableError extends PolarError {
  override readonly name = "UnavailableError";
}
