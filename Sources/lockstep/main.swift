import CommandLineInterface

Lockstep.program.main()
