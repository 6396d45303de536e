"""How several messages make one answer: steps, a job that is waited for, a callback."""
