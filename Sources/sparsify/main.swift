print("sparsify")
