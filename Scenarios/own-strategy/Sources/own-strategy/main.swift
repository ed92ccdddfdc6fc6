import Lab
import LockstepCommands

// The whole command line, with one strategy more.
Lockstep.main(strategies: [.of(Drift.self)])
