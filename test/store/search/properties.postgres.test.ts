// @module-tag slow
import { openSearchOnPostgres } from '../../support/search-on-postgres.ts';
import { describePeople } from './suite-people.ts';
import { describeProperties } from './suite-properties.ts';

describePeople(openSearchOnPostgres);
describeProperties(openSearchOnPostgres, { found: 3, pages: 2 });
