import LockstepCommands

Lockstep.main()
