// @module-tag slow
import { testPermutations } from './permutations.ts';

testPermutations(10);
