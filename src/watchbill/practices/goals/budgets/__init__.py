"""What follows from a goal's budget: the policy in force and its consequences, how long it lasts, and who spent it."""
