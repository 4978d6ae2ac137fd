"""Parts of Keras that take most of the time of small networks on a CPU, made anew to take less."""
