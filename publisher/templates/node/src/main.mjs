#!/usr/bin/env node
// The program: see check.mjs.
import { check } from './check.mjs'

void check.main()
