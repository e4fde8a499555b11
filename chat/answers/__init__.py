"""What the planner answers, a file for each kind of question. Each function takes a Question and gives a Reply, or None where the
question turns out to be another one."""
