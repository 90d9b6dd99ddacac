import { HttpError } from '../http/errors.ts';

/** The answer of the search. @throws {HttpError} 400 for a cursor that is none. */
export async function asked<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    // The error of another thread may have lost its class.
    if ((error as Error).name !== 'RangeError') throw error;
    throw new HttpError(400, 'malformed-body', 'The request is invalid.', {
      details: [`cursor: ${(error as Error).message}`],
    });
  }
}

/** Every page from a cursor on, or from the first. @throws as `asked` */
export async function* pagesOf<Page extends { nextCursor?: string }>(
  read: (from: { cursor?: string }) => Promise<Page>,
  first?: string,
): AsyncGenerator<Page> {
  let cursor = first;
  do {
    const page = await asked(read(cursor === undefined ? {} : { cursor }));
    yield page;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}
