import { describeSemantics } from './semantics.ts'

describeSemantics()
