// @module-tag slow
import { openSearch } from '../../support/search.ts';
import { describePeople } from './suite-people.ts';
import { describeProperties } from './suite-properties.ts';

describePeople(openSearch);
describeProperties(openSearch);
