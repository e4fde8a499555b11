"""What all calls of the API share: who is let in, how a list is cut, how an error sounds. And the calls about sign-in."""
