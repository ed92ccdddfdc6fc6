import CommandLineInterface

InstructionSet.require()
Lockstep.program.main()
